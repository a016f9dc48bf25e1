//! Files and streams of every command: what is read, what is written over, what happens when the
//! disk, a pipe or a thread fails (`docs/reliability.md`).

mod commands;
mod disk;
mod inputs;
mod outputs;
mod signals;
mod streams;
