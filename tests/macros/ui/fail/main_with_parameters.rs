#[wamp_actors::main(threads = 2)]
async fn main(args: Vec<String>) {
    drop(args);
}
