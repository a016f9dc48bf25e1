//! Adaptive Monte Carlo integration (VEGAS+).
