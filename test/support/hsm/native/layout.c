/* A module that keeps nothing: it writes what each function is given, as PKCS#11's header lays it out, to the file that
   C_Initialize is given as parameters, and answers with values of its own. */
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <string.h>

typedef CK_SESSION_HANDLE SESSION;
typedef CK_OBJECT_HANDLE OBJECT;
typedef CK_ULONG N;

static FILE *out;
static CK_FUNCTION_LIST list;

static void hex(const char *name, const void *bytes, N length) {
  fprintf(out, " %s=", name);
  for (N i = 0; i < length; i++) fprintf(out, "%02x", ((const CK_BYTE *)bytes)[i]);
}

static void number(const char *name, N value) { fprintf(out, " %s=%lu", name, value); }

static void attributes(const CK_ATTRIBUTE *all, N count) {
  for (N i = 0; i < count; i++) {
    char name[16];
    snprintf(name, sizeof name, "0x%lx", all[i].type);
    hex(name, all[i].pValue, all[i].ulValueLen);
  }
}

static void mechanism(const CK_MECHANISM *m) {
  fprintf(out, " mechanism=0x%lx", m->mechanism);
  if (m->ulParameterLen == 0) return;
  const CK_RSA_PKCS_OAEP_PARAMS *p = m->pParameter;
  number("size", m->ulParameterLen == sizeof *p);
  fprintf(out, " hash=0x%lx", p->hashAlg);
  number("mgf", p->mgf);
  number("source", p->source);
  number("label", p->ulSourceDataLen + (p->pSourceData != NULL));
}

static CK_RV done(const char *name) {
  fprintf(out, " %s\n", name);
  fflush(out);
  return CKR_OK;
}

static CK_RV C_Initialize_(void *arguments) {
  const CK_C_INITIALIZE_ARGS *a = arguments;
  out = fopen(a->pReserved, "w");
  number("mutexes", a->CreateMutex || a->DestroyMutex || a->LockMutex || a->UnlockMutex);
  number("flags", a->flags);
  return done("C_Initialize");
}
static CK_RV C_GetInfo_(CK_INFO *info) {
  memset(info, ' ', sizeof *info);
  info->cryptokiVersion = (CK_VERSION){2, 40};
  memcpy(info->manufacturerID, "the maker", 9);
  memcpy(info->libraryDescription, "the library", 11);
  info->libraryVersion = (CK_VERSION){3, 7};
  return done("C_GetInfo");
}
static CK_RV C_GetSlotList_(CK_BBOOL present, CK_SLOT_ID *slots, N *count) {
  number("present", present);
  *count = 2;
  if (slots != NULL) slots[0] = 7, slots[1] = 0x1122334455667788;
  return done("C_GetSlotList");
}
static CK_RV C_GetTokenInfo_(CK_SLOT_ID slot, CK_TOKEN_INFO *info) {
  memset(info, ' ', sizeof *info);
  memcpy(info->label, "a label", 7);
  memcpy(info->manufacturerID, "a maker", 7);
  memcpy(info->model, "a model", 7);
  memcpy(info->serialNumber, "a serial", 8);
  info->flags = CKF_LOGIN_REQUIRED | CKF_USER_PIN_LOCKED;
  info->hardwareVersion = (CK_VERSION){1, 1};
  info->firmwareVersion = (CK_VERSION){6, 9};
  number("slot", slot);
  return done("C_GetTokenInfo");
}
static CK_RV C_GetMechanismInfo_(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info) {
  *info = (CK_MECHANISM_INFO){1, 2, CKF_UNWRAP};
  number("slot", slot);
  fprintf(out, " type=0x%lx", type);
  return done("C_GetMechanismInfo");
}
static CK_RV C_OpenSession_(CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify, SESSION *session) {
  *session = 77;
  number("slot", slot);
  number("flags", flags);
  number("callback", application != NULL || notify != NULL);
  return done("C_OpenSession");
}
static CK_RV C_Login_(SESSION session, CK_USER_TYPE user, CK_BYTE *pin, N length) {
  number("session", session);
  number("user", user);
  hex("pin", pin, length);
  return done("C_Login");
}
#define OF_SESSION(name) \
  static CK_RV name##_(SESSION session) { number("session", session); return done(#name); }
OF_SESSION(C_Logout) OF_SESSION(C_CloseSession) OF_SESSION(C_FindObjectsFinal)

static CK_RV C_CopyObject_(SESSION session, OBJECT object, CK_ATTRIBUTE *template, N count, OBJECT *copy) {
  *copy = 0x99;
  number("session", session);
  number("object", object);
  attributes(template, count);
  return done("C_CopyObject");
}
static CK_RV C_DestroyObject_(SESSION session, OBJECT object) {
  number("session", session);
  number("object", object);
  return done("C_DestroyObject");
}
static CK_RV C_GetAttributeValue_(SESSION session, OBJECT object, CK_ATTRIBUTE *template, N count) {
  number("session", session);
  number("object", object);
  number("count", count);
  fprintf(out, " 0x%lx", template->type);
  if (template->pValue != NULL) memcpy(template->pValue, "id", 2);
  template->ulValueLen = 2;
  return done("C_GetAttributeValue");
}
static CK_RV C_SetAttributeValue_(SESSION session, OBJECT object, CK_ATTRIBUTE *template, N count) {
  number("session", session);
  number("object", object);
  attributes(template, count);
  return done("C_SetAttributeValue");
}
static CK_RV C_FindObjectsInit_(SESSION session, CK_ATTRIBUTE *template, N count) {
  number("session", session);
  attributes(template, count);
  return done("C_FindObjectsInit");
}
static CK_RV C_FindObjects_(SESSION session, OBJECT *objects, N max, N *count) {
  objects[0] = 5, objects[1] = 6;
  *count = 2;
  number("session", session);
  number("max", max);
  return done("C_FindObjects");
}
#define WITH_KEY(name) \
  static CK_RV name##_(SESSION session, CK_MECHANISM *m, OBJECT key) { \
    number("session", session); mechanism(m); number("key", key); return done(#name); \
  }
WITH_KEY(C_EncryptInit)
static CK_RV C_Encrypt_(SESSION session, CK_BYTE *data, N length, CK_BYTE *result, N *size) {
  number("session", session);
  hex("data", data, length);
  number("room", *size);
  memcpy(result, "encrypted", *size = 9);
  return done("C_Encrypt");
}
static CK_RV C_DigestInit_(SESSION session, CK_MECHANISM *m) {
  number("session", session);
  mechanism(m);
  return done("C_DigestInit");
}
static CK_RV C_DigestUpdate_(SESSION session, CK_BYTE *data, N length) {
  number("session", session);
  hex("data", data, length);
  return done("C_DigestUpdate");
}
static CK_RV C_DigestKey_(SESSION session, OBJECT key) {
  number("session", session);
  number("key", key);
  return done("C_DigestKey");
}
static CK_RV C_DigestFinal_(SESSION session, CK_BYTE *result, N *size) {
  number("session", session);
  number("room", *size);
  memcpy(result, "digest", *size = 6);
  return done("C_DigestFinal");
}
static CK_RV C_GenerateKeyPair_(SESSION session, CK_MECHANISM *m, CK_ATTRIBUTE *public, N publics, CK_ATTRIBUTE *private,
                                N privates, OBJECT *public_key, OBJECT *private_key) {
  *public_key = 11, *private_key = 12;
  number("session", session);
  mechanism(m);
  attributes(public, publics);
  fprintf(out, " and");
  attributes(private, privates);
  return done("C_GenerateKeyPair");
}
static CK_RV C_UnwrapKey_(SESSION session, CK_MECHANISM *m, OBJECT by, CK_BYTE *wrapped, N length, CK_ATTRIBUTE *template,
                          N count, OBJECT *key) {
  *key = 13;
  number("session", session);
  mechanism(m);
  number("by", by);
  hex("wrapped", wrapped, length);
  attributes(template, count);
  return done("C_UnwrapKey");
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **functions) {
  list.version = (CK_VERSION){2, 40};
#define AT(name) list.name = name##_;
  AT(C_Initialize) AT(C_GetInfo) AT(C_GetSlotList) AT(C_GetTokenInfo) AT(C_GetMechanismInfo) AT(C_OpenSession)
  AT(C_CloseSession) AT(C_Login) AT(C_Logout) AT(C_CopyObject) AT(C_DestroyObject) AT(C_GetAttributeValue)
  AT(C_SetAttributeValue) AT(C_FindObjectsInit) AT(C_FindObjects) AT(C_FindObjectsFinal) AT(C_EncryptInit) AT(C_Encrypt)
  AT(C_DigestInit) AT(C_DigestUpdate) AT(C_DigestKey) AT(C_DigestFinal) AT(C_GenerateKeyPair) AT(C_UnwrapKey)
  *functions = &list;
  return CKR_OK;
}
