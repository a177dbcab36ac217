// Finds what a page is known to have.

/**
 * @param {string} id
 * @returns {any} the element, of whatever kind it is
 */
export function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element "${id}"`);
  return found;
}
