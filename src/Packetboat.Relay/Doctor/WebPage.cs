namespace Packetboat.Relay.Doctor;

/// <summary>A text that a web server of the domain has to show.</summary>
/// <param name="Url">Where, by HTTPS.</param>
/// <param name="Text">Lines with an end each; as it is to be pasted.</param>
public sealed record WebPage(string Url, string Text);
