use futures_util::stream::{self, Stream};
use wamp_actors::component;

struct Greeter(Vec<i64>);

#[component(prefix = "com.example")]
impl Greeter {
    #[procedure]
    fn one(&self) -> impl Stream<Item = i64> + '_ {
        stream::iter(self.0.iter().copied())
    }

    #[procedure]
    fn two(&self) -> Result<impl Stream<Item = i64> + use<'_>, std::io::Error> {
        Ok(stream::iter(self.0.iter().copied()))
    }
}

fn main() {}
