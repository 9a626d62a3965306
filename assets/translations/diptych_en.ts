<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>DatasetWindow</name>
    <message numerus="yes">
        <source>%Ln pair(s)</source>
        <translation>
            <numerusform>%Ln pair</numerusform>
            <numerusform>%Ln pairs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{shown} of %Ln pair(s)</source>
        <translation>
            <numerusform>{shown} of %Ln pair</numerusform>
            <numerusform>{shown} of %Ln pairs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln pair(s) selected</source>
        <translation>
            <numerusform>%Ln pair selected</numerusform>
            <numerusform>%Ln pairs selected</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln pair(s) removed; Undo works until this window is closed</source>
        <translation>
            <numerusform>%Ln pair removed; Undo works until this window is closed</numerusform>
            <numerusform>%Ln pairs removed; Undo works until this window is closed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message numerus="yes">
        <source>%Ln pair(s) of {width}×{height}</source>
        <translation>
            <numerusform>%Ln pair of {width}×{height}</numerusform>
            <numerusform>%Ln pairs of {width}×{height}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PackCardWidget</name>
    <message numerus="yes">
        <source>%Ln class(es)</source>
        <translation>
            <numerusform>%Ln class</numerusform>
            <numerusform>%Ln classes</numerusform>
        </translation>
    </message>
</context>
</TS>
