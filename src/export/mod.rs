//! The `export` layer.
