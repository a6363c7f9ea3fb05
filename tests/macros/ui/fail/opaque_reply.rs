use wamp_actors::component;

struct Greeter;

#[component(prefix = "com.example")]
impl Greeter {
    #[procedure]
    fn one(&self) -> impl Iterator<Item = i64> {
        [1].into_iter()
    }

    #[procedure]
    fn two(&self) -> impl Future<Output = i64> {
        async { 2 }
    }

    #[task]
    async fn three(&self) -> impl Future<Output = ()> {
        async {}
    }
}

fn main() {}
