using Packetboat.Relay.Tokens;

namespace Packetboat.Commands;

/// <summary>Reads what we print, and types in or pastes what we ask for.</summary>
internal sealed class PersonAtTerminal : ISignInPerson
{
    public void TypeIn(string address, string code)
    {
        Print.Line($"Open {address} in a browser, and type in this code: {code}");
        Print.Line("Sign in there as the mailbox that the relay knows. Waiting ...");
    }

    public void HearNoCode(string reason) =>
        Print.Line($"The provider gives no code to type in for this: {reason}. So the browser has to bring it back.");

    public async Task<string?> BringBackAsync(Uri address, CancellationToken ct)
    {
        Print.Line("Open this in a browser, and sign in there as the mailbox that the relay knows:");
        Print.Line(address.AbsoluteUri);
        Print.Line(
            $"At its end the browser shows an address that begins with {BrowserSignIn.Return}, and a page that cannot be opened."
        );
        Print.Line("That is right. Copy the whole address from the browser to here, and press Enter:");
        return await Console.In.ReadLineAsync(ct);
    }
}
