//! Figures from made-up values. To look at them, name a folder:
//! `BURGESS_FIGURES=/tmp/figures cargo test --release -p burgess-report --test report`.

mod pictures;
mod plots;
mod synthetic;
