// Where a picture would have said that it was taken.
for (const place of document.querySelectorAll("[data-latitude]")) {
  const { latitude, longitude } = place.dataset;
  place.append(map([{ latitude: Number(latitude), longitude: Number(longitude) }]));
}
