use wamp_actors::component;

struct Calculator;

#[component(prefix = "com.example")]
impl Calculator {
    #[procedure]
    fn one(&self) {}

    #[procedure("com.example.one")]
    #[procedure("com.example.one", match = "prefix")]
    fn two(&self) {}

    #[topic("one")]
    #[topic(".one")]
    fn three(&self) {}
}

fn main() {}
