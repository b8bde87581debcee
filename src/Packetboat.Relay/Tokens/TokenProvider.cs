namespace Packetboat.Relay.Tokens;

/// <summary>Where the tokens of a large provider come from. Each value can be written in a section <c>[Token:NAME]</c> instead.</summary>
/// <param name="Word">As <c>Provider</c> has it.</param>
/// <param name="TokenEndpoint">With <c>{tenant}</c> for that of the section.</param>
/// <param name="DeviceEndpoint">Where a sign-in by RFC 8628 begins.</param>
/// <param name="AuthorizeEndpoint">Where a person signs in with a browser that comes back to us.</param>
/// <param name="Scope">Where a person signs in.</param>
/// <param name="ClientScope">Of client credentials; empty: there are none for mail.</param>
/// <param name="Source">Where that is written.</param>
internal sealed record TokenProvider(
    string Word,
    string TokenEndpoint,
    string DeviceEndpoint,
    string AuthorizeEndpoint,
    string Scope,
    string ClientScope,
    string Source
)
{
    /// <summary>Not in the table: all is written in the section.</summary>
    public const string Other = "other";

    public static IReadOnlyList<TokenProvider> All { get; } =
    [
        new(
            "google",
            "https://oauth2.googleapis.com/token",
            "https://oauth2.googleapis.com/device/code",
            "https://accounts.google.com/o/oauth2/v2/auth",
            "https://mail.google.com/",
            "",
            "https://developers.google.com/workspace/gmail/imap/xoauth2-protocol"
        ),
        new(
            "microsoft",
            "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
            "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
            "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
            "https://outlook.office.com/SMTP.Send offline_access",
            "https://outlook.office365.com/.default",
            "https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth"
        ),
    ];

    public static TokenProvider? Find(string word) => All.FirstOrDefault(one => one.Word == word);
}
