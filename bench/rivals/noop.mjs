// The function of the rivals `piscina` and `tinypool`.

export default () => 0;
