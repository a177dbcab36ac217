export function growthOf() {
  return [];
}
