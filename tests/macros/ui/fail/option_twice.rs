use wamp_actors::component;

struct Calculator;

#[component(prefix = "com.example")]
impl Calculator {
    #[procedure(queue = 1, queue = 2)]
    fn one(&self) {}

    #[procedure("com.example.two", uri = "com.example.two")]
    fn two(&self) {}

    #[procedure("com.example.three", "com.example.drei")]
    fn three(&self) {}
}

fn main() {}
