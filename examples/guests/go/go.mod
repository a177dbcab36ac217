module millrace/examples/guests/go

go 1.21
