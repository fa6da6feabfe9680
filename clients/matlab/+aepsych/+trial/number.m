function number = number(shown)
%NUMBER Returns the number of a trial, given it or its number.
if isstruct(shown)
    number = shown.trial_id;
else
    number = shown;
end
end
