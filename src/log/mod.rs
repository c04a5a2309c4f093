//! The log: the active append-only file of a store, in arrival order.
