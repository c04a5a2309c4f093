//! The `import` layer.
