use wamp_actors::component;

struct Calculator;

#[component(prefx = "com.example")]
impl Calculator {
    #[procedure("com.example.one", concurency = 4)]
    fn one(&self) {}

    #[topic("com.example.two", timeout = "1s")]
    fn two(&self) {}

    #[every("1s", jitter)]
    fn three(&self) {}

    #[on_join("com.example")]
    fn four(&self) {}
}

fn main() {}
