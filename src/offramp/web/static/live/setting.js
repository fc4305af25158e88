// A setting: the account, the assumptions moved by hand, the factor on precisions. It lives in the
// address, so that an address can be kept, sent and gone back to.

export class Setting {
  constructor(account = "", values = new Map(), precision = 1) {
    this.account = account;
    this.values = values;
    this.precision = precision;
  }

  static read(query) {
    const given = new URLSearchParams(query);
    const found = new Setting(given.get("account") ?? "");
    for (const text of given.getAll("set")) {
      const at = text.indexOf("=");
      const [name, value] = [text.slice(0, at), text.slice(at + 1)];
      found.values.set(name, /^[A-Za-z_]/.test(value) ? value : Number(value));
    }
    found.precision = Number(given.get("precision") ?? 1) || 1;
    return found;
  }

  get query() {
    const told = new URLSearchParams();
    if (this.account) told.append("account", this.account);
    for (const [name, value] of [...this.values].sort()) told.append("set", `${name}=${value}`);
    if (this.precision !== 1) told.append("precision", String(this.precision));
    return told.toString();
  }

  get count() {
    return this.values.size + (this.precision !== 1);
  }

  copy() {
    return new Setting(this.account, new Map(this.values), this.precision);
  }
}
