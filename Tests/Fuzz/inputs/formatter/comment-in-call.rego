package c # one

# two

# three
p := { # four
    "a": 1, # five
    # six
    "b": [ # seven
        2, 3, # eight
    ], # nine
} # ten

q if { # eleven
    x := f( # twelve
  ######################      1, # thirteen
        2
    ) } else := 3 if { # nineteen
    true # twenty
}