use wamp_actors::component;

const URI: &str = "com.example.six";

struct Calculator;

#[component(prefix = "com.example")]
impl Calculator {
    #[procedure(match = "regex")]
    fn one(&self) {}

    #[procedure(invoke = "round_robin")]
    fn two(&self) {}

    #[procedure(concurrency = 0)]
    fn three(&self) {}

    #[procedure(queue = "many")]
    fn four(&self) {}

    #[procedure(disclose_caller = "yes")]
    fn five(&self) {}

    #[procedure(uri = URI)]
    fn six(&self) {}

    #[procedure(timeout)]
    fn seven(&self) {}

    #[procedure = "com.example.eight"]
    fn eight(&self) {}
}

fn main() {}
