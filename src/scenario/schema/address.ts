/** Addresses and ranges of addresses. */
import Type from "typebox";

export const Cidr = Type.String({
  pattern: "^([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:]+)/[0-9]{1,3}$",
  errorMessage: 'must be an address range such as "10.244.0.0/16"',
});

export const Address = Type.String({
  pattern: "^([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]*)$",
  errorMessage: 'must be an IP address such as "10.0.2.15"',
});
