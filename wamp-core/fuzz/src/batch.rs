use proto::Format;
use proto::framing::batch;

/// A batch that can be split is what its messages are written to.
pub fn split(input: &[u8]) {
    for format in Format::ALL {
        let messages: Result<Vec<_>, _> = batch::split(format, input).collect();
        let Ok(messages) = messages else { continue };
        let mut written = Vec::new();
        for message in messages {
            batch::push(&mut written, format, message);
        }
        assert_eq!(written, input);
    }
}
