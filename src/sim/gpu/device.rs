//! Adapters: which there are, which one is taken, and what can go wrong with it.
