# Reads what `cargo test` said and prints the seconds of each suite, the longest first; a suite is a test binary.
/^ *Running / {
    suite = $NF
    sub(/.*\//, "", suite)
    sub(/-[0-9a-f]+\)$/, "", suite)
    if ($2 == "unittests") suite = suite " (unit)"
}
/^ *Doc-tests / { suite = $2 " (documentation)" }
/^test result: .* finished in / {
    took = $0
    sub(/.* finished in /, "", took)
    sub(/s.*/, "", took)
    count = $0
    sub(/^test result: [^ ]+ /, "", count)
    if (took + 0 < 1) { few_took += took; few += count } else printf "%8.1f s %5d passed  %s\n", took, count, suite | "sort -rn"
    all_took += took
    all += count
}
END {
    close("sort -rn")
    printf "%8.1f s %5d passed  in suites of less than a second\n", few_took, few
    printf "%8.1f s %5d passed  in all\n", all_took, all
}
