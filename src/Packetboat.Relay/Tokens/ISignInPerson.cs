namespace Packetboat.Relay.Tokens;

/// <summary>Who signs in for a token, at a browser of whatever machine.</summary>
public interface ISignInPerson
{
    /// <summary>Opens the address there, and types in the code.</summary>
    void TypeIn(string address, string code);

    /// <summary>Hears that the provider gives no code, before it is the browser's turn.</summary>
    /// <param name="reason">In its words; printable.</param>
    void HearNoCode(string reason);

    /// <summary>Opens the address there, and brings the one that the browser ended at; null: nobody is there.</summary>
    Task<string?> BringBackAsync(Uri address, CancellationToken ct);
}
