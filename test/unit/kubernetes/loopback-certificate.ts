/**
 * A server certificate for 127.0.0.1 and ::1, which is its own authority. Made by `openssl req -x509
 * -newkey ed25519 -nodes -days 36500 -addext subjectAltName=IP:127.0.0.1,IP:::1`: what the peer makes
 * for itself (transport/certificate.ts) names nobody, and Kubernetes' clients check the name.
 */

/** PEM. Nothing but tests on loopback believes it, so its key is no secret. */
export const LOOPBACK_CERTIFICATE = {
  key: `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIBfQeCACKoWQw+jlcQFX1z3E2u0loQX0fDomtbr1eMrf
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBYjCCARSgAwIBAgIUIY9yC3Ti9xDDsOezRk0fFLAjaX0wBQYDK2VwMBQxEjAQ
BgNVBAMMCXdlZnQtdGVzdDAgFw0yNjExMjIxODA3MThaGA8yMTI2MTAyOTE4MDcx
OFowFDESMBAGA1UEAwwJd2VmdC10ZXN0MCowBQYDK2VwAyEAO9Y5VdvD09jsEcQE
0Jpp5eTQRFMJXpYPefzGTnOKgJCjdjB0MB0GA1UdDgQWBBQDkhCouWOBq/T7SdiO
lpWzWTPuOTAfBgNVHSMEGDAWgBQDkhCouWOBq/T7SdiOlpWzWTPuOTAPBgNVHRMB
Af8EBTADAQH/MCEGA1UdEQQaMBiHBH8AAAGHEAAAAAAAAAAAAAAAAAAAAAEwBQYD
K2VwA0EAxmGteDcB/RlnvZZJmvjvMSEetSvg92MMQzj8LFBNa5wTW+bYxjrUKRg0
YuQ7l+kLRfr3UkGCiLTHKzCsxzd9Cw==
-----END CERTIFICATE-----
`,
};
