/// The names whose values never reach a log, normalized (lower case, letters and digits only).
///
/// Patient identifiers follow DICOM PS3.15, annex E (the attributes that the basic profile removes or replaces and that name a person), in
/// their keyword and tag form, and the usual names in FHIR and elsewhere. Age, sex and the instance UIDs stay: policies decide on them, and
/// an audit needs to know which image it was.
enum BuiltInMasks {
    static let secrets = set([
        "password", "passwd", "pwd", "passphrase", "pass", "secret", "secrets", "token", "tokens", "jwt", "authorization",
        "proxyauthorization", "authentication", "cookie", "setcookie", "cookies", "apikey", "xapikey", "credential", "credentials",
        "privatekey", "secretkey", "accesskey", "signingkey", "encryptionkey", "clientkeydata", "sessionid", "sessionkey", "bearer",
        "clientassertion", "assertion", "samlresponse", "pin", "otp", "totp", "dockerconfigjson", "dockercfg", "htpasswd",
        "connectionstring",
    ])

    /// `db_password`, `accessToken`, `client-secret` … by their last character.
    static let secretEndings: [UInt8: [[UInt8]]] = Dictionary(
        grouping: [
            "password", "passwd", "passphrase", "secret", "token", "apikey", "privatekey", "secretkey", "accesskey", "accesskeyid",
            "credential",
            "credentials", "pwd", "jwt", "connectionstring",
        ].map { Array($0.utf8) },
        by: { $0[$0.count - 1] })

    static let identifiers = set([
        "patientname", "patientsname", "patientid", "patientsid", "patientidentifier", "patientnumber", "issuerofpatientid",
        "otherpatientids", "otherpatientid", "otherpatientidssequence", "otherpatientnames", "otherpatientname", "patientbirthname",
        "patientbirthdate", "patientbirthtime", "patientsbirthdate", "patientbirthdateinalternativecalendar",
        "patientdeathdateinalternativecalendar", "patientmothersbirthname", "patientaddress", "patienttelephonenumbers", "patientphone",
        "patienttelecominformation", "patientemail", "patientcomments", "patientinstitutionresidence", "patientinsuranceplancodesequence",
        "patientfirstname", "patientlastname", "medicalrecordlocator", "medicalrecordnumber", "mrn", "accessionnumber", "admissionid",
        "responsibleperson", "militaryrank", "countryofresidence", "regionofresidence", "patientreligiouspreference", "ethnicgroup",
        "birthdate", "dateofbirth", "dob", "ssn", "socialsecuritynumber", "nationalid", "nhsnumber", "insurancenumber", "insuranceid",
        "healthcardnumber", "healthinsurancenumber", "familyname", "givenname", "maidenname", "firstname", "lastname", "surname",
        // The same attributes by tag (DICOM PS3.6), as the DICOM JSON model has them.
        "00100010", "00100020", "00100021", "00100030", "00100032", "00100033", "00100034", "00101000", "00101001", "00101002", "00101005",
        "00101040", "00101050", "00101060", "00101080", "00101090", "00102150", "00102152", "00102154", "00102155", "00102160", "001021f0",
        "00102297", "00104000", "00080050", "00380010", "00100050",
    ])

    /// The objects that are a patient, and what of them is masked.
    static let patients = set(["patient", "patients", "patientinfo", "patientdata", "subjectofcare"])
    static let belowPatient = set([
        "name", "names", "id", "ids", "identifier", "identifiers", "number", "address", "addresses", "phone", "phonenumber", "telephone",
        "telecom", "email", "contact", "contacts", "photo", "family", "given", "first", "last", "birthday", "born", "initials",
    ])

    private static func set(_ names: [String]) -> Set<[UInt8]> { Set(names.map { Array($0.utf8) }) }
}
