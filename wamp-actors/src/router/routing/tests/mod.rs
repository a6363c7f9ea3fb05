//! Scripts between named peers, one file a behaviour; then properties, and a model of the threads.

mod calling;
mod canceling;
mod disclosure;
mod leaving;
mod net;
mod passthru;
mod patterns;
mod publishing;
mod quotas;
mod receivers;
mod registering;
mod sharing;
mod subscribing;
mod violations;
