# Reads what `cargo test` and `npm test` said and prints what failed: the first lines of each reason, then all names.
{ gsub(/\033\[[0-9;]*[A-Za-z]/, "") }
FNR == 1 { left = 0 }

# Rust: what a failed test printed stands between its name and the list of names.
/^---- .* stdout ----$/ { names[++count] = $2; print; left = 15; next }
/^failures:$/ { left = 0; next }

# A suite that did not get as far as that.
/^error(\[|:)/ || /process didn't exit successfully/ { print; next }

# Playwright numbers its failures, Vitest marks them.
/^ +[0-9]+\) / || /^ *FAIL / || /Timed out waiting .* for the test suite/ { names[++count] = $0; print; left = 15; next }
/^ +[0-9]+ (failed|did not run|interrupted)$/ { print; next }

left > 0 { print substr($0, 1, 300); left-- }

END { for (i = 1; i <= count; i++) print names[i] }
