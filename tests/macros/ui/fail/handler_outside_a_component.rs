use wamp_actors::{every, on_join, procedure, task, topic};

struct Calculator;

impl Calculator {
    #[procedure("com.example.add2")]
    fn add2(&self, a: i64, b: i64) -> i64 {
        a + b
    }

    #[topic("com.example.hello")]
    fn on_hello(&self) {}

    #[task]
    async fn watch(&self) {}

    #[every("1s")]
    fn tick(&self) {}

    #[on_join]
    fn joined(&self) {}
}

fn main() {}
