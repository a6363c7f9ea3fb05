use futures_util::stream::{self, Stream};
use wamp_actors::component;

struct Greeter;

#[component(prefix = "com.example")]
impl Greeter {
    #[topic]
    fn one(&self) -> i64 {
        1
    }

    #[topic]
    fn two(&self) -> Result<i64, std::io::Error> {
        Ok(2)
    }

    #[topic]
    fn three(&self) -> impl Stream<Item = i64> {
        stream::iter([3])
    }
}

fn main() {}
