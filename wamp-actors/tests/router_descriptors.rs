//! What a connection costs in file descriptors: in a process of its own, since they are a process's.
#![cfg(all(feature = "router", target_os = "linux"))]
#![allow(clippy::unwrap_used)] // A failure is the test's.

mod raw;

use raw::{address, request, router};

fn open_descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[tokio::test]
async fn an_http_connection_costs_one_descriptor() {
    let router = router(|options| options).await;
    // The threads open what they need with their first connections.
    for _ in 0..4 {
        request(address(&router), "/nope", &[]).await;
    }
    let before = open_descriptors();
    let mut clients = Vec::new();
    for _ in 0..40 {
        let (io, status, _, _) = request(address(&router), "/nope", &[]).await;
        assert_eq!(status, 404);
        clients.push(io);
    }
    let more = open_descriptors() - before;
    assert!(more < 100, "80 are for one at each end, and not {more}");
}
