//! Every input that the fuzzer found worth keeping, on the stable compiler.

use testkit::template::repository;

/// Reads every file of a corpus and returns how many there were.
fn replay(target: &str, promise: fn(&[u8])) -> usize {
    let folder = repository().join("fuzz/corpus").join(target);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let inputs = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
    inputs.inspect(|input| promise(input)).count()
}

#[test]
fn the_whole_corpus_keeps_every_promise() {
    assert!(replay("request", promise::request) >= 20);
    assert!(replay("hint", promise::hint) >= 8);
    assert!(replay("cursor", promise::cursor) >= 8);
    assert!(replay("top", promise::top) >= 8);
}
