"""Looking at files before anybody has said what they are: encodings, columns, kinds of values, tables. It proposes."""
