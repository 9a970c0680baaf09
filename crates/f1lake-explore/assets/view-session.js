import{State as s}from"./app.js";import{jsx as e}from"./app.js";function o({session:i}){return e("div",{class:"panel",children:e(s,{title:"Overview",text:i.session_name})})}export{o as default};
