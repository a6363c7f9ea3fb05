use wamp_actors::component;
use wamp_actors::component::Progress;
use wamp_actors::prelude::{EventDetails, InvocationDetails};

struct Calculator;

#[component(prefix = "com.example")]
impl Calculator {
    #[procedure]
    fn one(&self, event: EventDetails) {
        drop(event);
    }

    #[topic]
    fn two(&self, details: InvocationDetails, progress: Progress<u8>) {
        drop((details, progress));
    }

    #[every("1s")]
    fn three(&self, event: EventDetails) {
        drop(event);
    }
}

fn main() {}
