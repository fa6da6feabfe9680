function colours = lightToDeep()
%LIGHTTODEEP Colours from low to high responses, light enough for black markers on them.
stops = [247 250 253; 219 232 244; 179 208 232; 130 177 216; 85 144 196] / 255;
colours = interp1(linspace(0, 1, 5), stops, linspace(0, 1, 64));
end
