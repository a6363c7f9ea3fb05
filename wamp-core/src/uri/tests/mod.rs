mod checking;
mod matching;
