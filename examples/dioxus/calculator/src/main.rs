//! Reads sums from stdin, line by line, and prints what they come to. It knows nothing of the page that it runs in.
use std::io::{self, Write};

fn main() -> io::Result<()> {
    let mut line = String::new();
    loop {
        print!("> ");
        io::stdout().flush()?;
        line.clear();
        if io::stdin().read_line(&mut line)? == 0 {
            return Ok(());
        }
        let sum = Sum { rest: line.trim() };
        match sum.whole() {
            Some(number) => println!("{number}"),
            None => println!("That is no sum."),
        }
    }
}

/// What is left of a sum.
struct Sum<'a> {
    rest: &'a str,
}

impl Sum<'_> {
    fn whole(mut self) -> Option<f64> {
        let number = self.terms()?;
        self.rest.is_empty().then_some(number)
    }

    fn terms(&mut self) -> Option<f64> {
        let mut number = self.factors()?;
        loop {
            match self.next_of(['+', '-']) {
                Some('+') => number += self.factors()?,
                Some(_) => number -= self.factors()?,
                None => return Some(number),
            }
        }
    }

    fn factors(&mut self) -> Option<f64> {
        let mut number = self.number()?;
        loop {
            match self.next_of(['*', '/']) {
                Some('*') => number *= self.number()?,
                Some(_) => number /= self.number()?,
                None => return Some(number),
            }
        }
    }

    fn number(&mut self) -> Option<f64> {
        match self.next_of(['-', '(']) {
            Some('-') => return Some(-self.number()?),
            Some(_) => {
                let number = self.terms()?;
                return self.next_of([')', ')']).map(|_| number);
            }
            None => {}
        }
        let end = self.rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        digits.parse().ok()
    }

    /// Takes the next character if it is one of these.
    fn next_of(&mut self, wanted: [char; 2]) -> Option<char> {
        let next = self.rest.chars().next().filter(|c| wanted.contains(c))?;
        self.rest = self.rest[next.len_utf8()..].trim_start();
        Some(next)
    }
}
