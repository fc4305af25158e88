export function makeForms() {
  return { follow() {} };
}
