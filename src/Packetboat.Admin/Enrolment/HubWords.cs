using Packetboat.Relay.Hub;

namespace Packetboat.Admin.Enrolment;

/// <summary>What a sysop reads when his hub cannot be asked, or does not answer like one.</summary>
internal static class HubWords
{
    public static Refusal NoUrl(string text) =>
        new(
            Protocol.PrintableText.Of(text, 200),
            "it is not the https address of a hub",
            "Write https://hub.example.net, with :port if the operator gave one, and nothing behind it"
        );

    public static Refusal InClear(string text) =>
        new(
            Protocol.PrintableText.Of(text, 200),
            "http shows the code and the password to everybody on the way",
            "Write https://"
        );

    public static Refusal Untrusted(Uri hub, string doubt) =>
        new(
            Name(hub),
            $"it is not verified: {doubt}",
            "Ask the operator for the fingerprint of his certificate, on another way than this connection, and give it with --pin"
        );

    public static Refusal Unreachable(Uri hub, string why) =>
        new(
            Name(hub),
            $"it cannot be reached ({Protocol.PrintableText.Of(why, 300)})",
            "Compare the address and the port, and try again"
        );

    public static Refusal NoTls(Uri hub) =>
        new(
            Name(hub),
            "no HTTPS is spoken there: a mail server or a web server without TLS may listen on that port",
            "Compare the port with the one that the operator gave, which is EnrolmentPort of his hub"
        );

    public static Refusal TooSlow(Uri hub, TimeSpan patience) =>
        new(
            Name(hub),
            $"it has not answered within {patience.TotalSeconds:0} seconds",
            "Try again later by the same code: nothing is lost"
        );

    public static Refusal TooMuch(Uri hub, int limit) =>
        new(Name(hub), $"it answers more than {limit / 1024} KiB, which no hub does", "Compare the address with the operator's");

    public static Refusal Elsewhere(Uri hub, string where) =>
        new(
            Name(hub),
            $"it sends us on to {Protocol.PrintableText.Of(where, 200)}, and a code is given to nobody else",
            "Join there yourself if you trust it"
        );

    public static Refusal NoHub(Uri hub, string what) =>
        new(
            Name(hub),
            $"it does not answer like a hub ({Protocol.PrintableText.Of(what, 200)})",
            "Compare the address and the port with the operator's: a web server may listen there"
        );

    public static Refusal Unfit(Uri hub, string what) =>
        new(Name(hub), $"its answer cannot be used: {what}", "Tell its operator; the same code can be tried again");

    private static string Name(Uri hub) => hub.GetLeftPart(UriPartial.Authority);
}
