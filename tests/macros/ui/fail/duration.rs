use wamp_actors::component;

struct Clock;

#[component(prefix = "com.example")]
impl Clock {
    #[every("5 seconds")]
    fn one(&self) {}

    #[every("0ms")]
    fn two(&self) {}

    #[every]
    fn three(&self) {}

    #[procedure(timeout = "soon")]
    fn four(&self) {}
}

fn main() {}
