use wamp_actors::component;

struct Calculator;

#[component]
impl Calculator {
    #[procedure]
    fn one(&self) {}

    #[topic(match = "prefix")]
    fn two(&self) {}

    #[procedure(".three")]
    fn three(&self) {}
}

fn main() {}
