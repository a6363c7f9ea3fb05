// Counts checks: a script states how many it expects, and fails unless exactly so many passed.
'use strict';

class Checks {
  constructor(title, expected) {
    this.title = title;
    this.expected = expected;
    this.passed = 0;
    this.failed = 0;
    const bounded = Number(process.env.INTEROP_TIMEOUT_MS || 60000);
    this.timer = setTimeout(() => this.end(`not finished after ${bounded} ms`), bounded);
  }

  ok(condition, what) {
    if (condition) {
      this.passed += 1;
      console.log(`  ok ${this.passed}  ${what}`);
    } else {
      this.failed += 1;
      console.log(`  FAILED  ${what}`);
    }
  }

  equal(actual, expected, what) {
    const same = JSON.stringify(actual) === JSON.stringify(expected);
    this.ok(same, same ? what : `${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(actual)}`);
  }

  // Prints the closing line and ends the process.
  end(problem) {
    clearTimeout(this.timer);
    if (problem) {
      this.failed += 1;
      console.log(`  FAILED  ${problem}`);
    }
    const missing = this.expected - this.passed;
    console.log(`${this.title}: ${this.passed} of ${this.expected} checks`);
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exit(missing === 0 && this.failed === 0 ? 0 : 1);
  }
}

module.exports = { Checks };
