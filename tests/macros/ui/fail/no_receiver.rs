use wamp_actors::component;

struct Calculator;

#[component(prefix = "com.example")]
impl Calculator {
    #[procedure]
    async fn add2(a: i64, b: i64) -> i64 {
        a + b
    }
}

fn main() {}
