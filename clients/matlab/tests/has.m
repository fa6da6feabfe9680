function is = has(text, part)
%HAS Says whether a text has a part.
is = ~isempty(strfind(text, part));
end
