//! Scripts between named peers, one file a behaviour; then properties, and a model of the threads.

mod calling;
mod canceling;
mod churn;
mod client;
mod disclosure;
mod leaving;
mod matching;
mod meta;
mod model;
mod net;
mod passthru;
mod patterns;
mod publishing;
mod quotas;
mod receivers;
mod registering;
mod registration_meta;
mod session_meta;
mod sharing;
mod subscribing;
mod subscription_meta;
mod threads;
mod timeouts;
mod uploading;
mod violations;
mod witness;
