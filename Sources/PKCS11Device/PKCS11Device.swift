// The signature creation device over PKCS #11. Only here exists a key handle.
//
// A signer's key is made in the device, wrapped at once and kept as a blob by the store; to sign, it is unwrapped
// as a session object that cannot be read (`LiveKeys`). Sessions have a thread each (`SessionPool`). What a key is
// promised to be is read back from it (`KeyPromises`).
//
// Begin with `Device`. Design: Specs/design/signing.md; decisions 0007 and 0009.
